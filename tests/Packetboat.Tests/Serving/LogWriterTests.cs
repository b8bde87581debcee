using System.Globalization;
using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class LogWriterTests
{
    [Fact]
    public void Every_line_is_written_in_its_order_and_the_last_ones_before_the_end()
    {
        var output = new StringWriter();
        using (var writer = Writer(output))
        {
            for (int i = 0; i < 10_000; i++)
                writer.Write($"line {i}");
        }

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal([.. Enumerable.Range(0, 10_000).Select(i => $"line {i}")], lines);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_output_that_fails_costs_its_lines_and_nothing_else()
    {
        var output = new FailingOnce();
        using (var writer = Writer(output))
        {
            writer.Write("lost");
            await output.Failed.Task.WaitAsync(TestContext.Current.CancellationToken);
            writer.Write("kept");
        }

        Assert.Equal("kept", output.ToString().Trim());
    }

    [Fact]
    public void What_is_said_after_the_end_is_not_waited_for()
    {
        var writer = Writer(new StringWriter());
        writer.Dispose();
        writer.Write("late");
    }

    [Fact(Timeout = 30_000)]
    public async Task An_output_that_is_stuck_holds_nobody_up_and_what_is_missing_is_said()
    {
        var output = new Stuck();
        using (var writer = Writer(output))
        {
            writer.Write("first");
            await output.Entered.Task.WaitAsync(TestContext.Current.CancellationToken);
            // Were each of them to wait, it would be for more than an hour.
            for (int i = 0; i < 20_000; i++)
                writer.Write("more");
            output.Free.Set();
        }

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("first", lines[0]);
        string said = Assert.Single(lines, line => line.StartsWith("missing ", StringComparison.Ordinal));
        Assert.Equal(20_000, lines.Count(line => line == "more") + int.Parse(said[8..], CultureInfo.InvariantCulture));
    }

    private static LogWriter Writer(TextWriter output) =>
        new(output, lost => string.Create(CultureInfo.InvariantCulture, $"missing {lost}"));

    /// <summary>Takes the first line when it is set free.</summary>
    private sealed class Stuck : StringWriter
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Free { get; } = new();

        public override void WriteLine(string? value)
        {
            Entered.TrySetResult();
            Free.Wait();
            base.WriteLine(value);
        }

        protected override void Dispose(bool disposing)
        {
            Free.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class FailingOnce : StringWriter
    {
        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void WriteLine(string? value)
        {
            if (Failed.Task.IsCompleted)
            {
                base.WriteLine(value);
                return;
            }

            Failed.SetResult();
            throw new IOException("no space left on device");
        }
    }
}
