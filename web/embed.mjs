// Writes the built page as one C++ file: every file compressed, with its type and its mark.
//   node embed.mjs DIST FILE.cc
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const [dist, out] = process.argv.slice(2);

function filesBelow(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    })
    .sort();
}

function embedded(path, index) {
  const content = gzipSync(readFileSync(join(dist, path)), { level: 9 });
  const file = `${resolve(out)}.${index}.gz`;
  writeFileSync(file, content);
  const type = types[extname(path)];
  if (type === undefined) throw new Error(`no type is known for ${path}`);
  const etag = createHash('sha256').update(content).digest('hex').slice(0, 20);
  return { path, type, etag, file, symbol: `enigma_page_${index}` };
}

const assembled = ({ file, symbol }) => `asm(R"(
  .pushsection .rodata
${symbol}:
  .incbin ${JSON.stringify(file)}
${symbol}_end:
  .popsection
)");
extern "C" const char ${symbol}[], ${symbol}_end[];
`;

const listed = ({ path, type, etag, symbol }) =>
  `      {${JSON.stringify(path)}, ${JSON.stringify(type)}, R"("${etag}")", true,\n` +
  `       {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n`;

mkdirSync(dirname(resolve(out)), { recursive: true });
const files = filesBelow(dist).map(embedded);
writeFileSync(
  out,
  `// Written by web/embed.mjs.
#include "orchestrator/page/page.h"

${files.map(assembled).join('')}
std::span<const enigma::page::File> enigma::page::files() {
  static const File all[] = {
${files.map(listed).join('')}  };
  return all;
}
`,
);
