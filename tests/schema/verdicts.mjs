// Specs through ajv and the schema that `enigma-sweep schema` prints: the verdict must be the one that the
// parser gives (sweeps/spec_test.cc holds the parser against the same files).
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";

const [build, root] = process.argv.slice(2);
const schemaOf = (...words) => JSON.parse(execFileSync(join(build, "bin/enigma-sweep"), ["schema", ...words], { encoding: "utf8" }));
const ajv = new Ajv({ strict: false, allErrors: true });
const spec = ajv.compile(schemaOf());
const site = ajv.compile(schemaOf("--site"));

/** JSON with comments and trailing commas → a value. */
function parsed(text) {
  const bare = text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (_, string) => string ?? "");
  return JSON.parse(bare.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string) => string ?? ""));
}

let failures = 0, agreed = 0;
function expect(name, validate, value, good) {
  if (validate(value) === good) { ++agreed; return; }
  ++failures;
  console.log(`FAIL schema: ${name} is ${good ? "good" : "bad"}, and ajv says ${good ? ajv.errorsText(validate.errors) : "it is good"}`);
}

const filesOf = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
const read = (file) => parsed(readFileSync(join(root, file), "utf8"));

for (const file of [...filesOf("examples"), ...filesOf("examples/python")]) expect(file, spec, read(file), true);
for (const file of filesOf("examples/sites")) expect(file, site, read(file), true);
for (const file of filesOf("tests/specs")) {
  let value;
  try { value = read(file); } catch { continue; } // a fault of syntax comes before any schema
  expect(file, spec, value, !existsSync(join(root, file.replace(/json$/, "expected"))));
}

const base = {
  version: 1, name: "n", session_sets: { s: { first: 1 } }, evaluation: { sessions: "s", strategies: ["video_only"] },
  defaults: { model: { size: "1M" }, data: { sessions: "s" }, budget: { flops: 1e15 } },
};
const forms = readFileSync(join(root, "tests/specs/forms.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const { member, good } of forms) expect(JSON.stringify(member), spec, { ...base, ...member }, good);

if (failures === 0) console.log(`PASS schema: ajv agrees on ${agreed} specs and sites`);
process.exit(failures === 0 ? 0 : 1);
