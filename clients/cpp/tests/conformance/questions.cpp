// The model is asked about the participant.
#include <cmath>

#include "behaviours.hpp"

namespace conformance {

namespace {

/// Tell enough responses for a model: what is seen is above a contrast of .1.
std::string teach(const Experiment& experiment) {
  std::vector<Observation> observations;
  for (int i = 0; i < 24; ++i) {
    const double contrast = 0.01 * std::pow(1.2, i);
    observations.emplace_back(stimulus(contrast, 1 + i % 5), contrast > 0.1);
  }
  const auto receipts = experiment.tell_batch(observations);
  MUST_SUCCEED(receipts);
  return "";
}

}  // namespace

std::string query_prediction(const Client& client) {
  const auto experiment = client.setup(yes_no(1));
  MUST_SUCCEED(experiment);
  const auto too_early = experiment->maximum();
  MUST(!too_early && too_early.error().reason == "NOTHING_TO_MODEL");
  if (const std::string why = teach(*experiment); !why.empty()) return why;
  const auto predicted = experiment->predict({stimulus(0.9, 2), stimulus(0.1, 2), stimulus(0.011, 2)});
  MUST_SUCCEED(predicted);
  MUST(predicted->size() == 3);
  MUST(predicted->at(0).mean > predicted->at(1).mean && predicted->at(1).mean > predicted->at(2).mean);
  for (const Estimate& item : *predicted) MUST(0 <= item.lower && item.lower <= item.upper && item.upper <= 1);
  // Where a response is almost certain its mean can lie beyond the interval, for the posterior is that skewed.
  MUST(predicted->at(1).lower <= predicted->at(1).mean && predicted->at(1).mean <= predicted->at(1).upper);
  const auto high = experiment->maximum();
  const auto low = experiment->minimum();
  MUST_SUCCEED(high);
  MUST_SUCCEED(low);
  MUST(high->response.mean > low->response.mean && high->stimulus.size() == 2);
  MUST_SUCCEED(experiment->inverse(0.5));
  const auto above = experiment->level_set_probability({stimulus(0.9, 2), stimulus(0.011, 2)});
  MUST_SUCCEED(above);
  MUST(above->at(0) > above->at(1));
  const auto step = experiment->just_noticeable_difference({stimulus(0.1, 2)});
  MUST_SUCCEED(step);
  MUST(step->at(0).mean > 0);
  return "";
}

std::string query_threshold(const Client& client) {
  const auto experiment = client.setup(yes_no(1));
  MUST_SUCCEED(experiment);
  if (const std::string why = teach(*experiment); !why.empty()) return why;
  ThresholdOptions options;
  options.contexts = {{{"frequency", 2}}, {{"frequency", 4}}};
  const auto threshold = experiment->threshold(options);
  MUST_SUCCEED(threshold);
  MUST(threshold->parameter == "contrast" && threshold->target == 0.5 && threshold->observation_count == 24);
  MUST(threshold->points.size() == 2 && *threshold->points[1].context.number("frequency") == 4);
  for (const ThresholdPoint& point : threshold->points) {
    MUST(point.median >= 0.01 && point.median <= 1);
    MUST(point.threshold.lower <= point.median && point.median <= point.threshold.upper);
    MUST(point.crossing_probability >= 0 && point.crossing_probability <= 1);
  }
  return "";
}

}  // namespace conformance
