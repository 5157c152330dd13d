#include "sweeps/law/report/rows_digest.h"

#include "files/sha256.h"

#include <fmt/format.h>

namespace enigma::law {

std::string rows_digest(const std::vector<Row>& rows) {
  Sha256 digest;
  for (const Row& row : rows) {
    const std::string line = fmt::format("{} {:a} {:a} {:a} {:a} {:a} {:a}\n", row.id.text(), row.n,
                                         row.d, row.c, row.u, row.loss, row.weight);
    digest.update(line.data(), line.size());
  }
  return digest.hex();
}

}  // namespace enigma::law
