/* The least that a relay can do: takes a keyboard, and gives every event to a virtual one.
 *   relay /dev/input/eventN
 */
#include <fcntl.h>
#include <linux/uinput.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct uinput_setup setup = {.id = {BUS_VIRTUAL, 1, 1, 1}, .name = "relay"};
    struct input_event events[64];
    int in = open(argv[argc - 1], O_RDONLY), out = open("/dev/uinput", O_WRONLY);
    ioctl(out, UI_SET_EVBIT, EV_KEY);
    for (int key = 1; key < 249; key++)
        ioctl(out, UI_SET_KEYBIT, key);
    ioctl(out, UI_DEV_SETUP, &setup);
    if (ioctl(out, UI_DEV_CREATE) < 0 || ioctl(in, EVIOCGRAB, 1) < 0)
        return 1;
    for (ssize_t length; (length = read(in, events, sizeof events)) > 0;)
        if (write(out, events, length) != length)
            return 1;
    return 1;
}
