// The brain model to plans and settings: recordings of neurons, one session a lane.
#pragma once

#include "model/brain/shape/shape.h"
#include "sweeps/family.h"

namespace enigma::sweeps {

const Family& brain_family();

/// How the windows of its video encoder lie. Points of old say nothing and mean `published`; a new
/// spec that says nothing means `causal_windows`, which Point::own then says.
model::VideoLayout video_layout_of(const Point& point);

}  // namespace enigma::sweeps
