function band(shown, x, estimates, middle)
%BAND Draws a curve within its credible band.
vermilion = [213 94 0] / 255; % told from blue by colour-blind people, too
patch('Parent', shown, 'XData', [x, fliplr(x)], 'YData', [estimates.lower, fliplr(estimates.upper)], ...
    'FaceColor', vermilion, 'FaceAlpha', 0.2, 'EdgeColor', 'none');
plot(shown, x, middle, 'Color', vermilion, 'LineWidth', 2);
end
