complete --keep-order --exclusive --command composekey --arguments "(COMPOSEKEY_COMPLETE=fish composekey -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
