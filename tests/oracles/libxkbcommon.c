/* Types on libxkbcommon's compose state and says what became of each key: the commands and answers of
 * libx11.c, and
 *
 *   cd FOLDER          changes to a folder
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon.h>

static struct xkb_compose_table *table;

static void reopen(void)
{
    struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    const char *locale = getenv("LC_ALL");
    if (locale == NULL)
        locale = getenv("LC_CTYPE");
    if (locale == NULL)
        locale = getenv("LANG");
    xkb_context_set_log_level(context, XKB_LOG_LEVEL_CRITICAL);
    xkb_compose_table_unref(table);
    table = xkb_compose_table_new_from_locale(context, locale != NULL ? locale : "C",
                                              XKB_COMPOSE_COMPILE_NO_FLAGS);
    xkb_context_unref(context);
    puts(table != NULL ? "opened" : "none");
}

static void type(char *rest)
{
    char *word;
    struct xkb_compose_state *state = xkb_compose_state_new(table, XKB_COMPOSE_STATE_NO_FLAGS);
    while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
        enum xkb_compose_feed_result fed = xkb_compose_state_feed(state, strtoul(word, NULL, 16));
        enum xkb_compose_status status = xkb_compose_state_get_status(state);
        if (fed == XKB_COMPOSE_FEED_IGNORED || status == XKB_COMPOSE_NOTHING) {
            puts("ignored");
        } else if (status == XKB_COMPOSE_COMPOSING) {
            puts("pending");
        } else if (status == XKB_COMPOSE_CANCELLED) {
            puts("aborted");
        } else {
            char text[1024];
            int length = xkb_compose_state_get_utf8(state, text, sizeof text);
            printf("composed ");
            for (int i = 0; i < length; i++)
                printf("%02x", (unsigned char)text[i]);
            printf(" %x\n", xkb_compose_state_get_one_sym(state));
        }
    }
    xkb_compose_state_unref(state);
}

int main(void)
{
    static char line[1 << 16];
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
        } else if (strcmp(command, "keys") == 0 && table != NULL) {
            type(rest);
        }
        puts(".");
        fflush(stdout);
    }
    return 0;
}
