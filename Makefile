# What one types here. `make test` is what CI runs (.ci/run), and needs nothing but Rust, a C
# compiler and git: it installs the rest.

CARGO ?= cargo
# The documentation is for those who work on the code: private items are in it, and linked.
RUSTDOC = -D warnings -A rustdoc::private-intra-doc-links

.PHONY: run test check oracles e2e vm systemd sway wayland deps bench latency clean pictures install uninstall

# Try it: on this display when there is one, else on a private X server.
run: deps
	$(CARGO) build --quiet --bins --example demo
	target/debug/examples/demo

# Everything.
test:
	$(MAKE) deps
	$(MAKE) check
	$(MAKE) oracles
	$(MAKE) e2e
	$(MAKE) vm

# Everything that needs no display.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --quiet --all-targets -- -D warnings
	RUSTDOCFLAGS="$(RUSTDOC)" $(CARGO) doc --quiet --no-deps --document-private-items
	$(CARGO) test --quiet --lib --bins --test fast --test screens
	$(CARGO) test --quiet --doc

# The toolkits themselves, beside what composekey says of them: docs/testing.md.
oracles:
	$(CARGO) test --test oracles

# Real X servers, real keyboards, real windows: docs/testing.md.
e2e:
	$(CARGO) test --test e2e

# A virtual machine with a kernel, keyboards and uinput of its own: docs/testing.md.
vm:
	$(CARGO) test --test vm

# systemd, logind and login there; not part of `make test`: docs/testing.md.
systemd:
	$(CARGO) test --test vm systemd::

# sway there; not part of `make test`: docs/wayland.md.
sway:
	tools/deps wayland
	$(CARGO) test --test vm sway::

# A real compositor without a screen, real windows; not part of `make test`: docs/testing.md.
wayland:
	tools/deps wayland
	$(CARGO) test --test wayland -- --test-threads 2

# The libraries it is built with and the programs it is tested with.
deps:
	tools/deps

# The pictures of the screens in docs/screens/.
pictures:
	COMPOSEKEY_PICTURES=write $(CARGO) test --quiet --test screens pictures::

# Figures of this machine: docs/testing.md.
bench: deps
	$(CARGO) bench --quiet --bench figures

# How long a key takes through the daemon and through others: docs/performance.md.
latency:
	tools/deps latency
	$(CARGO) install --quiet --locked --no-default-features --root target/relays kanata@1.11.0
	$(CARGO) test --release --test vm latency::

# Programs, user unit, manual pages, completions and schemas below `prefix`, from target/release:
# `cargo build --release` first. What evdev needs beside them, and whoever makes a package in DESTDIR has to do
# for the text console: packaging/README.md.
prefix = /usr/local
share = $(DESTDIR)$(prefix)/share
bash = $(share)/bash-completion/completions
zsh = $(share)/zsh/site-functions
fish = $(share)/fish/vendor_completions.d

install:
	@install -Dm755 target/release/composekeyd target/release/composekey -t "$(DESTDIR)$(prefix)/bin"
	@install -Dm755 target/release/composekey-console -t "$(DESTDIR)$(prefix)/libexec"
	@if [ "$$(id -u)" = 0 ] && [ -z "$(DESTDIR)" ]; then \
		setcap cap_sys_tty_config+ep "$(prefix)/libexec/composekey-console" 2>/dev/null || true; fi
	@install -Dm644 packaging/man/*.1 -t "$(share)/man/man1"
	@install -Dm644 packaging/man/*.5 -t "$(share)/man/man5"
	@install -Dm644 packaging/schema/*.json -t "$(share)/composekey/schema"
	@install -Dm644 packaging/completions/composekey.bash "$(bash)/composekey"
	@install -Dm644 packaging/completions/composekeyd.bash "$(bash)/composekeyd"
	@install -Dm644 packaging/completions/_composekey packaging/completions/_composekeyd -t "$(zsh)"
	@install -Dm644 packaging/completions/*.fish -t "$(fish)"
	@install -Dm644 packaging/systemd/composekeyd.service -t "$(share)/systemd/user"
	@sed -i 's|^ExecStart=|&$(prefix)/bin/|' "$(share)/systemd/user/composekeyd.service"
	@echo "composekey and composekeyd are in $(DESTDIR)$(prefix)/bin"

uninstall:
	@rm -f "$(DESTDIR)$(prefix)/bin/composekeyd" "$(DESTDIR)$(prefix)/bin/composekey"
	@rm -f "$(DESTDIR)$(prefix)/libexec/composekey-console"
	@rm -f "$(share)"/man/man1/composekey*.1 "$(share)"/man/man5/composekey-*.5
	@rm -f "$(bash)/composekey" "$(bash)/composekeyd" "$(zsh)/_composekey" "$(zsh)/_composekeyd"
	@rm -f "$(fish)/composekey.fish" "$(fish)/composekeyd.fish" "$(share)/systemd/user/composekeyd.service"
	@rm -rf "$(share)/composekey"
	@echo "composekey is gone from $(DESTDIR)$(prefix); your own files stay"

clean:
	$(CARGO) clean
