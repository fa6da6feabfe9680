function response = query(connection, request, seconds)
%QUERY Asks the model about the participant.
%
%   RESPONSE = aepsych.rpc.query(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.query(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     maximum (MaximumQuery)
%       Where the response is largest.
%     minimum (MinimumQuery)
%       Where the response is smallest.
%     prediction (PredictionQuery)
%       The response at given stimuli.
%     inverse (InverseQuery)
%       A stimulus at which the response has a given value.
%     threshold_contour (ThresholdContourQuery)
%       Along one parameter, where the response crosses the target.
%     level_set_probability (LevelSetProbabilityQuery)
%       The probability that the response lies above a target.
%     just_noticeable_difference (JustNoticeableDifferenceQuery)
%       The just-noticeable difference along one parameter.
%     samples (SamplesQuery)
%       Joint draws from the posterior.
%     acquisition (AcquisitionQuery)
%       The value of the strategy's acquisition function.
%     response_scale (ResponseScale)
%       OPTIONAL. The scale on which responses are given and reported.
%         'RESPONSE_SCALE_UNSPECIFIED': LATENT for choices, otherwise EXPECTED.
%         'RESPONSE_SCALE_PROBABILITY': Binary outcomes and proportions only: the probability of a 1 (in each
%         presentation), in [0, 1], guess and lapse rates included.
%         'RESPONSE_SCALE_LATENT': The latent field f. Binary and ordinal outcomes and proportions: on the scale of
%         the model's link; with a probit, in standard deviations of the noise, with a logit, the logarithm of the
%         odds, guesses and lapses aside. Continuous ones: in standard deviations of the told responses from their
%         mean. Choices: how much a stimulus is preferred to the average stimulus; a difference d between two makes
%         the probability Phi(d) that the one with more is chosen.
%         'RESPONSE_SCALE_EXPECTED': The expected response: the probability of a 1 (binary, proportion), the mean
%         rating (ordinal), the mean without noise, in the outcome's unit (continuous). Not for choices.
%     fixed_parameters (any value by name)
%       OPTIONAL. Values at which parameters are held.
%     outcome (text)
%       OPTIONAL. The outcome in question; each has a model of its own. Default: the first that a model learns from.
%     credible_level (number)
%       OPTIONAL. Probability content of the credible intervals, in (0, 1). Default .9.
%     at_sequence (number)
%       OPTIONAL. Answer from the events up to this sequence only. Default: all.
%
%   RESPONSE:
%     point (PointResult)
%       Answer to maximum, minimum and inverse.
%     prediction (PredictionResult)
%       Answer to prediction and just_noticeable_difference.
%     threshold_contour (ThresholdContourResult)
%       Answer to threshold_contour.
%     values (ValuesResult)
%       Answer to level_set_probability and acquisition.
%     samples (SamplesResult)
%       Answer to samples.
%     sequence (number)
%       The answer uses the events up to this sequence.
%     observation_count (number)
%       Number of observations that it is based on.
%     model (text)
%       Name of the model.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'Query', 'QueryRequest', 'QueryResponse', request, seconds);
end
