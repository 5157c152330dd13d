#include "orchestrator/page/page.h"

#include <algorithm>

namespace enigma::page {

const File* file(std::string_view path) {
  const auto all = files();
  const auto found = std::ranges::find(all, path, &File::path);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace enigma::page
