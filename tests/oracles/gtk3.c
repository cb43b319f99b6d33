/* What the real GtkIMContextSimple of GTK 3 makes of a Compose file; oracle.h has the protocol. */
#include "oracle.h"

/* As in gdkevents.h, which is stable. */
struct key_event {
    int type;
    gpointer window;
    signed char send_event;
    unsigned int time, state, keyval;
    int length;
    char *string;
    unsigned short hardware_keycode;
    unsigned char group;
    unsigned int is_modifier : 1;
};

enum { KEY_PRESS = 8 };

extern gboolean gtk_init_check(int *, char ***);
extern gpointer gdk_get_default_root_window(void);
extern gpointer gtk_im_context_simple_new(void);
extern gboolean gtk_im_context_filter_keypress(gpointer, struct key_event *);
extern void gtk_im_context_get_preedit_string(gpointer, char **, gpointer *, int *);

static void on_commit(gpointer context, const char *text, gpointer data)
{
    (void)context, (void)data;
    committed(text);
}

static void toolkit_start(void)
{
    if (!gtk_init_check(NULL, NULL)) {
        note("no display");
        exit(4);
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
    struct key_event event = { .type = KEY_PRESS, .window = gdk_get_default_root_window(), .state = state, .keyval = keysym, .string = "" };
    gboolean eaten = gtk_im_context_filter_keypress(context, &event);
    char *text;
    gtk_im_context_get_preedit_string(context, &text, NULL, NULL);
    append_hex(preedit, sizeof preedit, text);
    g_free(text);
    return eaten;
}
