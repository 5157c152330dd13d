// What a law was fitted to, as one number: whoever fits again knows whether it is the same.
#pragma once

#include "sweeps/law/table/table.h"

#include <string>
#include <vector>

namespace enigma::law {

/// SHA-256, in hexadecimal digits, of the rows' ids, axes, losses and weights, exact to the bit.
/// It depends on the order of the rows: a fit's are in canonical order.
std::string rows_digest(const std::vector<Row>& rows);

}  // namespace enigma::law
