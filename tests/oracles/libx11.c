/* Types on the local input method of libX11 and says what became of each key.
 *
 * Reads commands, one a line, and answers each with lines that end in one that is "."
 *
 *   env NAME [VALUE]   sets or unsets a variable of this process
 *   cd FOLDER          changes to a folder
 *   open               opens the input method anew: reads the Compose file; answers "opened" or "none"
 *   keys SYM...        types keysyms (hexadecimal) from a fresh start, each with the modifiers STATE where
 *                      it is written SYM:STATE; a line each: "pending", "ignored", "aborted" or
 *                      "composed TEXT SYM", TEXT in hexadecimal
 *   name NAME          the keysym that libX11 knows by this name, 0 for none
 *
 * A modifier in a sequence is "pending" whether the sequence has it or not: only the next key tells.
 *
 * No key is pressed on the server: the events are made here and given to XFilterEvent, as a program
 * does with those that it receives. The server lends its keycodes, to which the keysyms are bound.
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 8, LAST = 255, LONGEST = 512 };

static Display *display;
static Window window;
static XIM method;
static XIC context;
static KeySym bound[LAST + 1];

/* A key and the modifiers that are held with it. */
struct key {
    KeySym keysym;
    unsigned state;
};

/* A keysym that no Compose file names: it tells whether a sequence is under way. */
static const KeySym probe = 0x1008fe01;

static int find(KeySym keysym)
{
    for (int code = FIRST; code <= LAST; code++)
        if (bound[code] == keysym)
            return code;
    return 0;
}

static int bind_one(KeySym keysym)
{
    int code = find(0);
    if (code != 0) {
        KeySym both[2] = {keysym, keysym};
        bound[code] = keysym;
        XChangeKeyboardMapping(display, code, 2, both, 1);
    }
    return code;
}

/* Binds all of these and the probe, others go when there is no room. */
static void bind_all(const struct key *keys, int count)
{
    int changed = 0;
    for (int i = -1; i < count; i++) {
        KeySym keysym = i < 0 ? probe : keys[i].keysym;
        if (find(keysym) != 0)
            continue;
        changed = 1;
        if (bind_one(keysym) == 0) {
            memset(bound, 0, sizeof bound);
            bind_all(keys, count);
            return;
        }
    }
    if (!changed)
        return;
    XSync(display, False);
    while (XPending(display) > 0) {
        XEvent event;
        XNextEvent(display, &event);
        if (event.type == MappingNotify)
            XRefreshKeyboardMapping(&event.xmapping);
    }
}

static Bool filter(int type, struct key key)
{
    XEvent event;
    memset(&event, 0, sizeof event);
    event.xkey.type = type;
    event.xkey.display = display;
    event.xkey.window = window;
    event.xkey.root = DefaultRootWindow(display);
    event.xkey.keycode = find(key.keysym);
    event.xkey.state = key.state;
    event.xkey.same_screen = True;
    return XFilterEvent(&event, None);
}

/* Whether the input method gave a text, which is printed then. */
static int composed(void)
{
    XEvent event;
    if (!XCheckTypedEvent(display, KeyPress, &event) || event.xkey.keycode != 0)
        return 0;
    char text[1024];
    KeySym keysym = 0;
    Status status = 0;
    int length = 0;
    if (!XFilterEvent(&event, None))
        length = Xutf8LookupString(context, &event.xkey, text, sizeof text, &keysym, &status);
    printf("composed ");
    if (status == XLookupChars || status == XLookupBoth)
        for (int i = 0; i < length; i++)
            printf("%02x", (unsigned char)text[i]);
    printf(" %lx\n", status == XLookupKeySym || status == XLookupBoth ? keysym : 0);
    return 1;
}

/* Types the first keys again and asks whether a sequence is under way after them. */
static int under_way(const struct key *keys, int count)
{
    XEvent event;
    char *left = Xutf8ResetIC(context);
    if (left != NULL)
        XFree(left);
    for (int i = 0; i < count; i++) {
        filter(KeyPress, keys[i]);
        filter(KeyRelease, keys[i]);
        while (XCheckTypedEvent(display, KeyPress, &event))
            ;
    }
    return filter(KeyPress, (struct key){probe, 0});
}

static void type(const struct key *keys, int count)
{
    bind_all(keys, count);
    for (int i = 0; i < count; i++) {
        int before = i > 0 && under_way(keys, i);
        int after = under_way(keys, i + 1);
        /* Once more up to the last key, to see what it gives. */
        under_way(keys, 0);
        XEvent event;
        for (int j = 0; j < i; j++) {
            filter(KeyPress, keys[j]);
            filter(KeyRelease, keys[j]);
            while (XCheckTypedEvent(display, KeyPress, &event))
                ;
        }
        filter(KeyPress, keys[i]);
        if (composed())
            continue;
        filter(KeyRelease, keys[i]);
        if (composed())
            continue;
        puts(after ? "pending" : before ? "aborted" : "ignored");
    }
}

static void reopen(void)
{
    if (context != NULL)
        XDestroyIC(context);
    if (method != NULL)
        XCloseIM(method);
    context = NULL;
    method = XOpenIM(display, NULL, NULL, NULL);
    if (method != NULL)
        context = XCreateIC(method, XNInputStyle, XIMPreeditNothing | XIMStatusNothing,
                            XNClientWindow, window, XNFocusWindow, window, NULL);
    if (context != NULL)
        XSetICFocus(context);
    puts(context != NULL ? "opened" : "none");
}

/* The argument is the locale, C.UTF-8 without one. */
int main(int argc, char **argv)
{
    static char line[1 << 16];
    const char *locale = argc > 1 ? argv[1] : "C.UTF-8";
    if (setlocale(LC_ALL, locale) == NULL || !XSupportsLocale()) {
        fprintf(stderr, "no locale %s\n", locale);
        return 1;
    }
    display = XOpenDisplay(NULL);
    if (display == NULL) {
        fputs("no display\n", stderr);
        return 1;
    }
    XSetLocaleModifiers("@im=none");
    window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = NULL;
        char *command = strtok_r(line, " \n", &rest);
        if (command == NULL)
            continue;
        if (strcmp(command, "env") == 0) {
            char *name = strtok_r(NULL, " \n", &rest);
            char *value = strtok_r(NULL, "\n", &rest);
            if (value != NULL)
                setenv(name, value, 1);
            else
                unsetenv(name);
        } else if (strcmp(command, "cd") == 0) {
            if (chdir(strtok_r(NULL, "\n", &rest)) != 0)
                perror("cd");
        } else if (strcmp(command, "open") == 0) {
            reopen();
        } else if (strcmp(command, "name") == 0) {
            printf("%lx\n", XStringToKeysym(strtok_r(NULL, " \n", &rest)));
        } else if (strcmp(command, "keys") == 0) {
            struct key keys[LONGEST];
            int count = 0;
            char *word;
            while (count < LONGEST && (word = strtok_r(NULL, " \n", &rest)) != NULL) {
                char *colon;
                keys[count].keysym = strtoul(word, &colon, 16);
                keys[count++].state = *colon == ':' ? strtoul(colon + 1, NULL, 16) : 0;
            }
            if (context != NULL)
                type(keys, count);
        }
        puts(".");
        fflush(stdout);
    }
    return 0;
}
