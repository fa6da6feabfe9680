function answer = estimates(messages)
%ESTIMATES Makes rows of a struct array of the contract's estimates.
answer = struct('mean', [messages.mean], 'variance', [messages.variance], 'lower', [messages.lower], ...
    'upper', [messages.upper]);
end
