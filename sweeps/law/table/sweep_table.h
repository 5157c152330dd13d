// The runs of a sweep of this system as the table of a law.
#pragma once

#include "sweeps/law/table/mapped_table.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace enigma::law {

/// Columns of `export` that are the axes of a law on a sweep: N = shared parameters, D = windows,
/// C = FLOPs over the steps done, U = unique windows, loss = test loss. A form on one axis gets C.
Mapping sweep_mapping(bool one_axis);

/// Rows of `export` (one flat object a run) by a mapping onto its columns, `params_all` (shared and
/// session parameters) and `flops_6nd` (6·params_shared·windows). Runs that are not done are
/// excluded and say so; row ids are run ids; every column is kept.
Parsed<MappedTable> table_of_sweep(const nlohmann::ordered_json& export_rows,
                                   const std::string& sweep, TableRequest request);

/// The loss that no model can go below, where the data of all rows state one and the same.
std::optional<double> irreducible_loss(const Table& table);

/// True where the column has at least two different values among the rows.
bool differs(const Table& table, const std::string& column);

}  // namespace enigma::law
