/* What the oracles of GTK and IBus share: cases come in on standard input, what the toolkit did goes out.
 *
 *   in     env NAME=VALUE      the environment of the case; HOME is its folder, and where it runs
 *          keys HEX[/HEX] ...  one try: keysyms, each with the state of the modifiers when it is not 0
 *          go                  run it
 *
 *   out    note TEXT           what the toolkit had to say, one line
 *          try                 a try begins
 *          key EATEN BEEPS PREEDIT COMMIT...
 *                              0 or 1, a number, and texts: their bytes in hexadecimal, `-` for none
 *          end STATUS          0, or the signal that ended the program
 *
 * Each case runs in a process of its own, forked before the toolkit has read anything. The libraries
 * are declared here and in the programs as far as they are used, so that their headers, some hundred
 * megabytes of packages, need not be installed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int gboolean;
typedef unsigned int guint;
typedef void *gpointer;

/* glib */
extern void g_log_set_default_handler(void (*)(const char *, int, const char *, gpointer), gpointer);
struct log_field;
extern void g_log_set_writer_func(int (*)(int, const struct log_field *, size_t, gpointer), gpointer, gpointer);
extern void g_free(gpointer);
extern void g_object_unref(gpointer);
extern unsigned long g_signal_connect_data(gpointer, const char *, void (*)(void), gpointer, gpointer, int);

/* The three things that each program has for itself. */
static void toolkit_start(void);
static gpointer toolkit_context(void);
static gboolean toolkit_press(gpointer context, guint keysym, guint state);

static char commits[1 << 16];
static char preedit[1 << 14];
static int beeps;

static void append_hex(char *to, size_t size, const char *text)
{
    size_t at = strlen(to);
    if (*text == 0)
        snprintf(to + at, size - at, "-");
    for (; *text && at + 3 < size; text++, at += 2)
        snprintf(to + at, size - at, "%02x", (unsigned char)*text);
}

static void note(const char *text)
{
    fputs("note ", stdout);
    for (; *text; text++)
        putchar(*text == '\n' || *text == '\r' ? ' ' : *text);
    putchar('\n');
    fflush(stdout);
}

/* As in gmessages.h. */
struct log_field { const char *key; const char *value; ssize_t length; };
enum { LOG_MESSAGE = 1 << 5, LOG_HANDLED = 1 };

static void note_log(const char *domain, int level, const char *text, gpointer data)
{
    (void)domain, (void)data;
    if ((level & 0xff) <= LOG_MESSAGE)
        note(text);
}

static int note_fields(int level, const struct log_field *fields, size_t length, gpointer data)
{
    (void)data;
    for (size_t i = 0; i < length; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            note_log(NULL, level, fields[i].value, NULL);
    return LOG_HANDLED;
}

/* The toolkit commits a text. */
static void committed(const char *text)
{
    size_t at = strlen(commits);
    snprintf(commits + at, sizeof commits - at, " ");
    append_hex(commits, sizeof commits, text);
}

/* The X libraries ring through these; here they only count. */
int XkbBell(void *display, unsigned long window, int percent, unsigned long name)
{
    (void)display, (void)window, (void)percent, (void)name;
    beeps++;
    return 1;
}

int XBell(void *display, int percent)
{
    (void)display, (void)percent;
    beeps++;
    return 1;
}

/* Toolkits read Compose files in a thread. Here it is done when this returns. */
typedef void (*task_function)(gpointer, gpointer, gpointer, gpointer);
extern gpointer g_task_get_source_object(gpointer), g_task_get_task_data(gpointer), g_task_get_cancellable(gpointer);
void g_task_run_in_thread(gpointer task, task_function run)
{
    run(task, g_task_get_source_object(task), g_task_get_task_data(task), g_task_get_cancellable(task));
}

static void try_keys(char *line)
{
    gpointer context = toolkit_context();
    printf("try\n");
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        char *slash;
        guint keysym = strtoul(word, &slash, 16);
        guint state = *slash == '/' ? strtoul(slash + 1, NULL, 16) : 0;
        commits[0] = preedit[0] = 0;
        beeps = 0;
        gboolean eaten = toolkit_press(context, keysym, state);
        printf("key %d %d %s%s\n", eaten, beeps, preedit, commits);
    }
    fflush(stdout);
    g_object_unref(context);
}

static char *lines[1 << 20];
static size_t count;

static void run_case(void)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(lines[i], "env ", 4) == 0)
            putenv(lines[i] + 4);
    if (chdir(getenv("HOME")) != 0)
        _exit(3);
    g_log_set_default_handler(note_log, NULL);
    g_log_set_writer_func(note_fields, NULL, NULL);
    toolkit_start();
    for (size_t i = 0; i < count; i++)
        if (strncmp(lines[i], "keys ", 5) == 0)
            try_keys(lines[i] + 5);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    while ((length = getline(&line, &size, stdin)) > 0) {
        line[length - 1] = 0;
        if (strcmp(line, "go") != 0) {
            lines[count++] = strdup(line);
            continue;
        }
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            alarm(60);
            run_case();
            fflush(stdout);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        printf("end %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fflush(stdout);
        while (count > 0)
            free(lines[--count]);
    }
    return 0;
}
