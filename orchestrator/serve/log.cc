#include "orchestrator/serve/log.h"

#include "diagnostics/printable.h"

#include <iostream>

namespace enigma {

void log_line(const std::string& text) {
  std::cerr.clear();
  std::cerr << printable(text) << std::endl;
}

}  // namespace enigma
