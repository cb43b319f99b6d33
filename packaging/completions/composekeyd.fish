complete -c composekeyd -l config -d 'Read these settings instead of `~/.config/composekey/config.toml`' -r -F
complete -c composekeyd -l display -d 'Serve this X display instead of `$DISPLAY`' -r
complete -c composekeyd -l backend -d 'Take keys from there, whatever the settings say' -r -f -a "auto\t'An X server\'s keys when there is a real one, else the keyboards themselves'
x11\t'An X server\'s keys'
evdev\t'The keyboards themselves'"
complete -c composekeyd -s h -l help -d 'Print help (see more with \'--help\')'
complete -c composekeyd -s V -l version -d 'Print version'
