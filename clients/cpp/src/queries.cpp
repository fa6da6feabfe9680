#include "aepsych_grpc/experiment.hpp"
#include "handle.hpp"
#include "messages.hpp"

namespace aepsych {

namespace {

Result<Point> read_point(const Result<v1::QueryResponse>& response, const Names& parameters) {
  if (!response) return response.error();
  const v1::PointResult& point = response->point();
  return Point{read_values(point.stimulus().values(), parameters), read_estimate(point.response())};
}

Result<std::vector<Estimate>> read_estimates(const Result<v1::QueryResponse>& response) {
  if (!response) return response.error();
  std::vector<Estimate> estimates;
  for (const v1::Estimate& item : response->prediction().responses()) estimates.push_back(read_estimate(item));
  return estimates;
}

}  // namespace

Result<v1::QueryResponse> Experiment::Handle::query(v1::QueryRequest& request, const QueryOptions& options) const {
  request.set_experiment_id(id);
  if (options.latent) request.set_response_scale(v1::RESPONSE_SCALE_LATENT);
  write_values(options.fixed_parameters, *request.mutable_fixed_parameters());
  request.set_outcome(options.outcome);
  if (options.credible_level) request.set_credible_level(*options.credible_level);
  if (options.at_sequence) request.set_at_sequence(*options.at_sequence);
  v1::QueryResponse response;
  if (auto error = connection->call(&Connection::Stub::Query, request, response, timeout.compute)) return *error;
  return response;
}

Result<Point> Experiment::maximum(const QueryOptions& options) const {
  v1::QueryRequest request;
  request.mutable_maximum();
  return read_point(handle_->query(request, options), parameters());
}

Result<Point> Experiment::minimum(const QueryOptions& options) const {
  v1::QueryRequest request;
  request.mutable_minimum();
  return read_point(handle_->query(request, options), parameters());
}

Result<Point> Experiment::inverse(double value, const QueryOptions& options) const {
  v1::QueryRequest request;
  request.mutable_inverse()->set_value(value);
  return read_point(handle_->query(request, options), parameters());
}

Result<std::vector<Estimate>> Experiment::predict(const std::vector<Values>& stimuli,
                                                  const QueryOptions& options) const {
  v1::QueryRequest request;
  write_stimuli(stimuli, *request.mutable_prediction()->mutable_stimuli());
  return read_estimates(handle_->query(request, options));
}

Result<Threshold> Experiment::threshold(const ThresholdOptions& threshold, const QueryOptions& options) const {
  v1::QueryRequest request;
  v1::ThresholdContourQuery& question = *request.mutable_threshold_contour();
  question.set_parameter(threshold.parameter);
  if (threshold.target) question.set_target(*threshold.target);
  write_stimuli(threshold.contexts, *question.mutable_contexts());
  if (threshold.grid_size) question.set_grid_size(*threshold.grid_size);
  Result<v1::QueryResponse> response = handle_->query(request, options);
  if (!response) return response.error();
  const v1::ThresholdContourResult& contour = response->threshold_contour();
  Threshold found{contour.parameter(), contour.target(), {}, response->observation_count()};
  for (const v1::ThresholdPoint& point : contour.points()) {
    found.points.push_back({read_values(point.context().values(), parameters()), point.median(),
                            read_estimate(point.threshold()), point.crossing_probability()});
  }
  return found;
}

Result<std::vector<double>> Experiment::level_set_probability(const std::vector<Values>& stimuli,
                                                              std::optional<double> target,
                                                              const QueryOptions& options) const {
  v1::QueryRequest request;
  v1::LevelSetProbabilityQuery& question = *request.mutable_level_set_probability();
  if (target) question.set_target(*target);
  write_stimuli(stimuli, *question.mutable_stimuli());
  Result<v1::QueryResponse> response = handle_->query(request, options);
  if (!response) return response.error();
  return std::vector<double>(response->values().values().begin(), response->values().values().end());
}

Result<std::vector<Estimate>> Experiment::just_noticeable_difference(const std::vector<Values>& stimuli,
                                                                     const std::string& parameter,
                                                                     const QueryOptions& options) const {
  v1::QueryRequest request;
  v1::JustNoticeableDifferenceQuery& question = *request.mutable_just_noticeable_difference();
  question.set_parameter(parameter);
  write_stimuli(stimuli, *question.mutable_stimuli());
  return read_estimates(handle_->query(request, options));
}

}  // namespace aepsych
