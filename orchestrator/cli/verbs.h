// The commands, one file each (<verb>.cc); table.cc lists them with their line of help.
// Each returns an exit code, prints its own document, and throws what main() turns into words.
#pragma once

#include "orchestrator/call/invocation.h"

namespace enigma::cli {

int cancel(const Invocation& invocation);
int check_worker(const Invocation& invocation);
int completion(const Invocation& invocation);
int diagnose(const Invocation& invocation);
int diff(const Invocation& invocation);
int evaluate(const Invocation& invocation);
int explain(const Invocation& invocation);
int export_sweep(const Invocation& invocation);
int fit(const Invocation& invocation);
int hero(const Invocation& invocation);
int hold(const Invocation& invocation);
int logs(const Invocation& invocation);
int metrics(const Invocation& invocation);
int next(const Invocation& invocation);
int nodes(const Invocation& invocation);
int plan(const Invocation& invocation);
int plot(const Invocation& invocation);
int predict(const Invocation& invocation);
int query(const Invocation& invocation);
int rehearse(const Invocation& invocation);
int resume(const Invocation& invocation);
int retry(const Invocation& invocation);
int schema(const Invocation& invocation);
int serve(const Invocation& invocation);
int show(const Invocation& invocation);
int spend(const Invocation& invocation);
int status(const Invocation& invocation);
int submit(const Invocation& invocation);
int watch(const Invocation& invocation);

struct Command {
  const char* name;
  const char* help;
  int (*run)(const Invocation&);
};

/// In the order of `--help`.
const std::vector<Command>& commands();

}  // namespace enigma::cli
