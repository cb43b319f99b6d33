/* What the real GtkIMContextSimple of GTK 4 makes of a Compose file; oracle.h has the protocol. */
#include "oracle.h"

extern gboolean gtk_init_check(void);
extern gpointer gdk_display_get_default(void);
extern gpointer gdk_surface_new_toplevel(gpointer);
extern gpointer gtk_im_context_simple_new(void);
extern gboolean gtk_im_context_filter_keypress(gpointer, gpointer);
extern void gtk_im_context_get_preedit_string(gpointer, char **, gpointer *, int *);
extern unsigned long g_type_from_name(const char *);
extern unsigned long gdk_event_get_type(void);
extern gpointer g_type_create_instance(unsigned long);
extern guint gdk_key_event_get_keyval(gpointer), gdk_key_event_get_keycode(gpointer), gdk_event_get_modifier_state(gpointer);
extern gpointer gdk_event_get_surface(gpointer);
extern int gdk_event_get_event_type(gpointer);
extern void gdk_event_unref(gpointer);
extern gpointer g_object_ref(gpointer);

/* GTK 4 makes key events only of keys that were pressed. This is how it keeps them in 4.8; `made_well`
 * asks GTK itself whether it understands what was made. */
struct key_event {
    gpointer type;
    int references, event_type;
    gpointer surface, device;
    unsigned int time;
    unsigned short flags;
    guint state, keycode;
    int is_modifier;
    struct { guint keyval, consumed, layout, level; } translated[2];
};

enum { KEY_PRESS = 4, KEYCODE = 255 };

static gpointer surface;

static void on_commit(gpointer context, const char *text, gpointer data)
{
    (void)context, (void)data;
    committed(text);
}

static gpointer make_event(guint keysym, guint state)
{
    struct key_event *event = g_type_create_instance(g_type_from_name("GdkKeyEvent"));
    event->event_type = KEY_PRESS;
    event->surface = g_object_ref(surface);
    event->state = state;
    event->keycode = KEYCODE;
    event->translated[0].keyval = event->translated[1].keyval = keysym;
    return event;
}

static gboolean made_well(gpointer event, guint keysym, guint state)
{
    return gdk_event_get_event_type(event) == KEY_PRESS && gdk_event_get_surface(event) == surface
        && gdk_key_event_get_keyval(event) == keysym && gdk_key_event_get_keycode(event) == KEYCODE
        && gdk_event_get_modifier_state(event) == state;
}

static void toolkit_start(void)
{
    if (!gtk_init_check()) {
        note("no display");
        exit(4);
    }
    surface = gdk_surface_new_toplevel(gdk_display_get_default());
    gdk_event_get_type();
    if (!made_well(make_event(0x1234, 5), 0x1234, 5)) {
        note("this GTK keeps its events in another way");
        exit(5);
    }
    g_object_unref(gtk_im_context_simple_new());
}

static gpointer toolkit_context(void)
{
    gpointer context = gtk_im_context_simple_new();
    g_signal_connect_data(context, "commit", (void (*)(void))on_commit, NULL, NULL, 0);
    return context;
}

static gboolean toolkit_press(gpointer context, guint keysym, guint state)
{
    gpointer event = make_event(keysym, state);
    gboolean eaten = gtk_im_context_filter_keypress(context, event);
    gdk_event_unref(event);
    char *text;
    gtk_im_context_get_preedit_string(context, &text, NULL, NULL);
    append_hex(preedit, sizeof preedit, text);
    g_free(text);
    return eaten;
}
