#!/bin/bash
# Which lines of src/ no test reaches: runs the tests with Microsoft's collector, and lists what each project and the barest files have.
#   tests/coverage.sh            the reports lie in artifacts/coverage
set -eu
cd "$(dirname "$0")/.."
out=$PWD/artifacts/coverage
rm -rf "$out"
mkdir -p "$out"
dotnet build -c Release -p:Coverage=true -v quiet --nologo
for project in tests/*.Tests; do
    dotnet test -c Release --no-build -p:Coverage=true --project "$project" \
        --coverage --coverage-output-format cobertura --coverage-output "$out/$(basename "$project").xml"
done
python3 tests/coverage.py "$out"/*.xml
