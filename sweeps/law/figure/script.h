// A picture in gnuplot's words.
#pragma once

#include "sweeps/law/figure/layout.h"

namespace enigma::law {

/// The whole script; it writes to ARG1. Every place and length is ours, gnuplot draws.
std::string script_of(const Picture& picture, FigureFormat format, FigureSize size);

}  // namespace enigma::law
