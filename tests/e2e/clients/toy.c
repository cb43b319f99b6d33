/* A slow Xlib client: spends LAG ms on each key before it looks the key up, as a busy program
 * does, and appends the text it got to FILE. A key that gives no text and is no modifier is
 * written as U+FFFD.
 *
 *     cc -o toy toy.c -lX11 && toy LAG FILE CLASS
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int is_modifier(KeySym sym) {
    return IsModifierKey(sym) || (sym >= 0xfe01 && sym <= 0xfe13);
}

int main(int argc, char **argv) {
    if (argc != 4 || !setlocale(LC_ALL, "") || !XSetLocaleModifiers("@im=none")) return 2;
    int lag = atoi(argv[1]);
    FILE *out = fopen(argv[2], "w");
    Display *display = XOpenDisplay(NULL);
    if (!out || !display) return 2;
    Window window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 400, 300, 0, 0, 0);
    XClassHint hint = {.res_name = argv[3], .res_class = argv[3]};
    XSetClassHint(display, window, &hint);
    XIM im = XOpenIM(display, NULL, NULL, NULL);
    if (!im) return 2;
    XIC ic = XCreateIC(im, XNInputStyle, XIMPreeditNothing | XIMStatusNothing, XNClientWindow, window,
                       XNFocusWindow, window, NULL);
    XSelectInput(display, window, KeyPressMask | KeyReleaseMask);
    XMapWindow(display, window);
    XSetICFocus(ic);
    for (;;) {
        XEvent event;
        XNextEvent(display, &event);
        if (event.type == MappingNotify) XRefreshKeyboardMapping(&event.xmapping);
        if (XFilterEvent(&event, None) || event.type != KeyPress) continue;
        usleep(lag * 1000);
        char text[64];
        KeySym sym = NoSymbol;
        int length = Xutf8LookupString(ic, &event.xkey, text, sizeof text, &sym, NULL);
        if (length > 0) fwrite(text, 1, length, out);
        else if (!is_modifier(sym)) fputs("\xef\xbf\xbd", out);
        fflush(out);
    }
}
