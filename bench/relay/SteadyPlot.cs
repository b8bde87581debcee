using System.Globalization;
using System.Text;

namespace Packetboat.Bench.Relay;

/// <summary>The long run as a picture: small multiples over one axis of time, each with its own scale. Readable on light and on dark.</summary>
internal sealed class SteadyPlot(IReadOnlyList<SteadySample> samples)
{
    private const int Width = 900;
    private const int Left = 70;
    private const int Right = 20;
    private const int PanelHeight = 110;
    private const int PanelGap = 34;
    private const int Top = 30;

    private static readonly IReadOnlyList<(
        string Title,
        string Unit,
        IReadOnlyList<(string Name, Func<SteadySample, double> Of)> Lines
    )> Panels =
    [
        ("Rate", "messages/s", [("delivered", s => s.Delivered)]),
        ("Submission, MAIL to the reply to the final dot", "ms", [("p50", s => s.P50), ("p99", s => s.P99)]),
        ("Memory (PSS)", "MiB", [("server", s => s.Memory)]),
        ("CPU", "cores", [("server", s => s.Cores)]),
        ("Open files", "", [("server", s => s.Files)]),
        ("On disk", "MiB", [("database", s => s.Database), ("its log", s => s.Log)]),
    ];

    /// <returns>A complete SVG document.</returns>
    public string Draw()
    {
        int height = Top + (Panels.Count * (PanelHeight + PanelGap));
        var svg = new StringBuilder();
        Line(
            svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" font-family="system-ui, sans-serif" font-size="12">"""
        );
        Line(
            svg,
            $$"""
            <style>
            :root { --ink: #24292f; --faint: #8c959f; --first: #0969da; --second: #bc4c00; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #6e7681; --first: #58a6ff; --second: #f0883e; } }
            text { fill: var(--ink); } .axis { stroke: var(--faint); stroke-width: 1; } .faint { fill: var(--faint); }
            .line0 { stroke: var(--first); fill: none; stroke-width: 1.5; } .line1 { stroke: var(--second); fill: none; stroke-width: 1.5; }
            .name0 { fill: var(--first); } .name1 { fill: var(--second); }
            </style>
            """
        );
        for (int i = 0; i < Panels.Count; i++)
            Panel(svg, i);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private void Panel(StringBuilder svg, int index)
    {
        (string title, string unit, var lines) = Panels[index];
        int top = Top + (index * (PanelHeight + PanelGap));
        int bottom = top + PanelHeight;
        double most = Nice(samples.Count == 0 ? 1 : lines.Max(line => samples.Max(line.Of)));
        Line(svg, $"""<text x="{Left}" y="{top - 8}">{title}</text>""");
        double nameAt = Width - Right;
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            Line(svg, $"""<text x="{nameAt}" y="{top - 8}" text-anchor="end" class="name{i}">{lines[i].Name}</text>""");
            nameAt -= 70;
        }

        foreach (double share in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            double y = bottom - (share * PanelHeight);
            Line(svg, $"""<line x1="{Left}" y1="{y}" x2="{Width - Right}" y2="{y}" class="axis" stroke-opacity="0.4"/>""");
            string label = share == 1 ? $"{most * share:0.##} {unit}" : $"{most * share:0.##}";
            Line(svg, $"""<text x="{Left - 6}" y="{y + 4}" text-anchor="end" class="faint" font-size="10">{label}</text>""");
        }

        for (int i = 0; i < lines.Count; i++)
        {
            string points = string.Join(' ', samples.Select(s => Point(s.Second, lines[i].Of(s) / most, bottom)));
            Line(svg, $"""<polyline class="line{i}" points="{points}"/>""");
        }

        double end = samples.Count == 0 ? 0 : samples[^1].Second;
        Line(svg, $"""<text x="{Left}" y="{bottom + 14}" class="faint" font-size="10">0</text>""");
        Line(
            svg,
            $"""<text x="{Width - Right}" y="{bottom + 14}" text-anchor="end" class="faint" font-size="10">{end / 60:0} min</text>"""
        );
    }

    private string Point(double second, double share, int bottom)
    {
        double x = Left + (second / Math.Max(1, samples[^1].Second) * (Width - Left - Right));
        return string.Create(CultureInfo.InvariantCulture, $"{x:0.0},{bottom - (share * PanelHeight):0.0}");
    }

    /// <summary>1, 2 or 5 with noughts, not below the value.</summary>
    private static double Nice(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 0.01))));
        foreach (double factor in (ReadOnlySpan<double>)[1, 2, 2.5, 5, 10])
        {
            if (factor * power >= value)
                return factor * power;
        }

        return value;
    }

    private static void Line(StringBuilder svg, FormattableString text) =>
        svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));
}
