"""Puts reports of several test projects together: a line counts that any of them reached."""

import collections
import sys
import xml.etree.ElementTree as xml

lines = collections.defaultdict(dict)
for report in sys.argv[1:]:
    for kind in xml.parse(report).iter("class"):
        name = kind.get("filename", "").replace("\\", "/")
        if "/src/" not in name or "/obj/" in name:
            continue
        name = name[name.rindex("/src/") + 5 :]
        for line in kind.iter("line"):
            number = int(line.get("number"))
            lines[name][number] = lines[name].get(number, False) or int(line.get("hits")) > 0

projects = collections.defaultdict(lambda: [0, 0])
files = []
for name, known in lines.items():
    hit = sum(known.values())
    projects[name.split("/")[0]][0] += hit
    projects[name.split("/")[0]][1] += len(known)
    files.append((len(known) - hit, hit / len(known), name))

for project, (hit, all_lines) in sorted(projects.items()):
    print(f"{project:25} {hit:6} of {all_lines:6} lines  {hit / all_lines:6.1%}")
print()
for missed, share, name in sorted(files, reverse=True)[:25]:
    print(f"{missed:4} lines missed, {share:6.1%}  {name}")
