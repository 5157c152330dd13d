// The commands, one file each (<verb>.cc); main.cc lists them. Each returns an exit code, prints
// its own document, and throws what main.cc turns into words.
#pragma once

#include "recordings/cli/command.h"

namespace enigma::recordings::cli {

int chunks(const Call& call);
int generate(const Call& call);
int import(const Call& call);
int inspect(const Call& call);
int query(const Call& call);
int score(const Call& call);
int stats(const Call& call);
int tokens(const Call& call);
int verify(const Call& call);

}  // namespace enigma::recordings::cli
