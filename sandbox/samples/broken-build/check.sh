#!/bin/sh
# Stands for any step that fails: a compiler, a test, a linter.
echo "checking the greeting"
grep -q "Goodbye" greeting.txt || { echo "greeting.txt: line 1: expected a farewell, found: $(cat greeting.txt)" >&2; exit 3; }
