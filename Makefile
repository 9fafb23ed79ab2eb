# SPDX-License-Identifier: Apache-2.0
# The two commands are `make run` and `make test`; the rest is for people who change brig.
# Everything is done by scripts in tools/, cmake presets and ninja: no dependency is listed here.
.DEFAULT_GOAL := help
.PHONY: help run test long demo bench check asan tsan fuzz tidy format clean install guest-shell
SHELL := /bin/bash
PREFIX ?= /usr/local

help:  ## this list
	@echo "make <goal>, as root:"
	@sed -n 's/^\([a-z -]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20

run:  ## install what is missing, build, start brig on this host, show what it sees
	@MAKE_GOAL=run tools/host.sh root btf
	@tools/install_deps.sh build run
	@tools/build.sh release brig brigd
	@exec build/release/cli/brig up $(ARGS)

test:  ## build and run every test; the last line is the sum
	@MAKE_GOAL=test tools/host.sh root
	@tools/install_deps.sh build run test
	@exec tools/run_tests.py

demo:  ## a throw-away container, three escapes seen and one killed
	@MAKE_GOAL=demo tools/host.sh root btf
	@tools/install_deps.sh build run test
	@MAKE_GOAL=demo tools/host.sh docker
	@tools/build.sh release brig brigd attacks
	@exec tests/demo.py

bench:  ## what brig costs, beside nothing and auditd (ARGS="--help" tells the rest)
	@MAKE_GOAL=bench tools/host.sh root btf
	@tools/install_deps.sh build run bench
	@tools/build.sh release
	@exec bench/run.py $(ARGS)

check:  ## all of what a change must pass: every test, tsan, clang-tidy
	@MAKE_GOAL=check tools/host.sh root
	@tools/install_deps.sh build run test
	@tools/build.sh tidy
	@exec tools/run_tests.py tidy unit system asan tsan fuzz

long:  ## ordinary work under the guard, in an emulated machine with real engines: an hour
	@MAKE_GOAL=long tools/host.sh root
	@tools/install_deps.sh build run test
	@exec tools/run_tests.py long

asan tsan fuzz:  ## the unit tests under a sanitizer; the fuzz targets
	@tools/install_deps.sh build run test
	@exec tools/run_tests.py $@

tidy:  ## layers, sizes, layout, clang-tidy 19
	@tools/install_deps.sh build run test
	@tools/check_layers.py && tools/tidy.py && tools/check_format.py
	@tools/build.sh tidy

format:  ## lay out every C and C++ file
	@tools/check_format.py --fix

install:  ## copy brig, brigd, man pages and completion below PREFIX (/usr/local)
	@tools/install_deps.sh build run
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) >/dev/null
	@tools/build.sh release
	@cmake --install build/release

guest-shell:  ## a shell in a virtual machine with another kernel (KERNEL=6.1 or 6.12)
	@tools/install_deps.sh build run test
	@tools/build.sh release
	@exec tests/guest/shell $(KERNEL)

clean:  ## remove the build trees
	@rm -rf build
