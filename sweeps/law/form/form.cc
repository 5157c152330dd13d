#include "sweeps/law/form/form.h"

namespace enigma::law {

namespace {

struct Named {
  std::string_view name;
  std::unique_ptr<Form> (*make)();
};

constexpr Named kForms[] = {{"chinchilla", chinchilla_form},
                            {"tied", tied_form},
                            {"power", power_form},
                            {"power_offset", power_offset_form},
                            {"power_shifted", power_shifted_form},
                            {"kaplan", kaplan_form},
                            {"overtrained", overtrained_form},
                            {"data_constrained", data_constrained_form}};

}  // namespace

int Form::index_of(std::string_view parameter) const {
  for (size_t j = 0; j < parameters.size(); ++j) {
    if (parameters[j].name == parameter) { return static_cast<int>(j); }
  }
  return -1;
}

std::vector<std::string> form_names() {
  std::vector<std::string> names;
  for (const Named& form : kForms) { names.emplace_back(form.name); }
  return names;
}

std::unique_ptr<Form> form_named(std::string_view name) {
  for (const Named& form : kForms) {
    if (form.name == name) { return form.make(); }
  }
  return nullptr;
}

}  // namespace enigma::law
