// Renews src/Packetboat.Protocol/Dmarc/public-suffixes.txt from the npm package tldts, which packs the Public Suffix List anew with each
// release. In an empty folder:
//     npm pack tldts && tar xzf tldts-*.tgz && node .../tools/public-suffixes.mjs package .../public-suffixes.txt
import fs from "node:fs";
import path from "node:path";
import { domainToASCII, pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
const trie = await import(pathToFileURL(path.resolve(folder, "dist/es6/src/data/trie.js")));

// A tree: the labels of a node's edges lie one behind the other in one text; a node with a flag ends a rule.
const begin = [];
let length = 0;
for (const labelLength of trie.edgeLength) {
  begin.push(length);
  length += labelLength;
}

const ascii = (name) =>
  name
    .split(".")
    .map((label) => (/^[\x21-\x7e]+$/.test(label) ? label : domainToASCII(label)))
    .join(".");

const rules = new Set();
function walk(node, suffix, mark) {
  for (let edge = trie.edgeStart[node]; edge < trie.edgeStart[node + 1]; edge++) {
    const label = trie.labelText.slice(begin[edge], begin[edge] + trie.edgeLength[edge]);
    const name = suffix ? `${label}.${suffix}` : label;
    if (trie.nodeFlags[trie.edgeChild[edge]]) rules.add(mark + ascii(name));
    walk(trie.edgeChild[edge], name, mark);
  }
}
walk(trie.rulesRoot, "", "");
walk(trie.exceptionsRoot, "", "!");

const head = `// Public Suffix List, https://publicsuffix.org/list/ - This Source Code Form is subject to the terms of the Mozilla Public License,
// v. 2.0. If a copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
// The rules of both its sections as A-labels, sorted by octets; made by tools/public-suffixes.mjs from the npm package tldts ${version}.
`;
fs.writeFileSync(file, head + [...rules].sort((a, b) => (a < b ? -1 : 1)).join("\n") + "\n");
console.log(`${rules.size} rules`);
