function options = tellOptions()
%TELLOPTIONS The options of a response, and what they are by default.
options = struct('response_time', [], 'metadata', [], 'exclude_from_model', false, 'observation_id', '');
end
