using Packetboat.Serving;

namespace Packetboat.Tests.Serving;

public sealed class LogWriterTests
{
    [Fact]
    public void Every_line_is_written_in_its_order_and_the_last_ones_before_the_end()
    {
        var output = new StringWriter();
        using (var writer = new LogWriter(output))
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
        using (var writer = new LogWriter(output))
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
        var writer = new LogWriter(new StringWriter());
        writer.Dispose();
        writer.Write("late");
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
