/* What the real IBusEngineSimple, the engine behind every plain keyboard layout of IBus, makes of a Compose
 * file; oracle.h has the protocol. It talks to a bus; here that is a socket which nobody reads, and what it
 * has to say is taken where libibus hands it to GIO. */
#include "oracle.h"
#include <stdint.h>
#include <sys/socket.h>

extern void ibus_init(void);
extern unsigned long ibus_engine_simple_get_type(void);
extern gboolean ibus_engine_simple_add_table_by_locale(gpointer, const char *);
extern gboolean ibus_engine_simple_add_compose_file(gpointer, const char *);
extern gpointer g_object_new(unsigned long, const char *, ...);
extern gpointer g_object_ref_sink(gpointer);
extern void g_signal_emit_by_name(gpointer, const char *, ...);
extern const char *g_get_home_dir(void);
extern gpointer g_socket_new_from_fd(int, gpointer *);
extern gpointer g_socket_connection_factory_create_connection(gpointer);
extern gpointer g_dbus_connection_new_sync(gpointer, const char *, int, gpointer, gpointer, gpointer *);
extern gpointer g_variant_get_child_value(gpointer, size_t), g_variant_get_variant(gpointer);
extern const char *g_variant_get_string(gpointer, size_t *);
extern gpointer g_variant_ref_sink(gpointer);
extern void g_variant_unref(gpointer);
extern gboolean g_variant_get_boolean(gpointer);

static gpointer connection;
static char shown[1 << 14] = "-";

/* The text in an IBusText, which is the third member of what it is sent as. */
static const char *text_of(gpointer parameters)
{
    gpointer text = g_variant_get_variant(g_variant_get_child_value(parameters, 0));
    return g_variant_get_string(g_variant_get_child_value(text, 2), NULL);
}

gboolean g_dbus_connection_emit_signal(gpointer to, const char *name, const char *path, const char *interface, const char *signal, gpointer parameters, gpointer *error)
{
    (void)to, (void)name, (void)path, (void)interface, (void)error;
    if (parameters)
        g_variant_ref_sink(parameters);
    if (strcmp(signal, "CommitText") == 0)
        committed(text_of(parameters));
    if (strcmp(signal, "UpdatePreeditText") == 0) {
        shown[0] = 0;
        append_hex(shown, sizeof shown, g_variant_get_boolean(g_variant_get_child_value(parameters, 2)) ? text_of(parameters) : "");
    }
    if (strcmp(signal, "HidePreeditText") == 0)
        strcpy(shown, "-");
    return 1;
}

static gpointer new_engine(void)
{
    static int engines;
    char path[32];
    snprintf(path, sizeof path, "/engine/%d", ++engines);
    gpointer engine = g_object_new(ibus_engine_simple_get_type(), "engine-name", "xkb:us::eng", "object-path", path, "connection", connection, NULL);
    return g_object_ref_sink(engine);
}

/* The program of this engine, engine/main.vala of IBus 1.5.27, asks for these files in this order. */
static void toolkit_start(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        exit(4);
    ibus_init();
    gpointer stream = g_socket_connection_factory_create_connection(g_socket_new_from_fd(ends[0], NULL));
    connection = g_dbus_connection_new_sync(stream, NULL, 0, NULL, NULL, NULL);
    gpointer engine = new_engine();
    ibus_engine_simple_add_table_by_locale(engine, NULL);
    char path[4096];
    snprintf(path, sizeof path, "%s/.XCompose", g_get_home_dir());
    if (access(path, F_OK) == 0)
        ibus_engine_simple_add_compose_file(engine, path);
    const char *variable = getenv("XCOMPOSEFILE");
    if (variable && access(variable, F_OK) == 0)
        ibus_engine_simple_add_compose_file(engine, variable);
}

static gpointer toolkit_context(void)
{
    strcpy(shown, "-");
    return new_engine();
}

static gboolean toolkit_press(gpointer engine, guint keysym, guint state)
{
    gboolean eaten = 0;
    g_signal_emit_by_name(engine, "process-key-event", keysym, 0, state, &eaten);
    strcpy(preedit, shown);
    return eaten;
}
