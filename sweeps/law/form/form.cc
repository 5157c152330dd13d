#include "sweeps/law/form/form.h"

namespace enigma::law {

std::vector<std::string> form_names() {
  return {"chinchilla", "power", "power_offset"};
}

std::unique_ptr<Form> form_named(std::string_view name) {
  if (name == "chinchilla") return chinchilla_form();
  if (name == "power") return power_form();
  if (name == "power_offset") return power_offset_form();
  return nullptr;
}

}  // namespace enigma::law
