# What a case wants in a session; then all that is typed is kept.
[ ! -r ~/start ] || . ~/start
stty -icanon -echo
touch ~/ready-"$XDG_SESSION_ID"
exec cat >>~/typed
