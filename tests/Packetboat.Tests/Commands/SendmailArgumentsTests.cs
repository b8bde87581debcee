using System.Text;
using Packetboat.Commands;

namespace Packetboat.Tests.Commands;

public sealed class SendmailArgumentsTests
{
    [Theory]
    [InlineData("a@b.example", "a@b.example", null)]
    [InlineData("-f me@c.example a@b.example", "a@b.example", "me@c.example")]
    [InlineData("-fme@c.example <a@b.example>", "a@b.example", "me@c.example")]
    [InlineData("-r me@c.example -- -odd@b.example", "-odd@b.example", "me@c.example")]
    [InlineData("-f <> a@b.example", "a@b.example", "")]
    [InlineData("-oi -odb -oem -bm -F Cron -v a@b.example x@y.example", "a@b.example,x@y.example", null)]
    [InlineData("-N success,failure -R hdrs a@b.example", "a@b.example", null)]
    public void The_forms_that_programs_use_are_understood(string line, string recipients, string? sender)
    {
        Assert.True(SendmailArguments.TryParse(line.Split(' '), out SendmailArguments? arguments, out string problem), problem);

        Assert.Equal((recipients, sender), (string.Join(',', arguments.Recipients), arguments.Sender));
    }

    [Theory]
    [InlineData("", "no recipient")]
    [InlineData("-bp", "queue list")]
    [InlineData("-bd", "not a mode")]
    [InlineData("-f", "needs an address")]
    [InlineData("-Z a@b.example", "-Z is not an option")]
    public void What_cannot_be_done_is_said(string line, string words)
    {
        Assert.False(
            SendmailArguments.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _, out string problem)
        );

        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "one\n.\ntwo\n", "one\n")]
    [InlineData("", "one\r\n.\r\ntwo\r\n", "one\r\n")]
    [InlineData("-i", "one\n.\ntwo\n", "one\n.\ntwo\n")]
    [InlineData("-oi", "one\n.\n", "one\n.\n")]
    public async Task A_lone_dot_ends_the_message_unless_it_is_text(string option, string input, string expected)
    {
        string[] args = [.. option.Split(' ', StringSplitOptions.RemoveEmptyEntries), "a@b.example"];
        Assert.True(SendmailArguments.TryParse(args, out SendmailArguments? arguments, out _));
        using var message = new MemoryStream();

        await arguments.CopyAsync(
            new MemoryStream(Encoding.ASCII.GetBytes(input)),
            message,
            1000,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(expected, Encoding.ASCII.GetString(message.ToArray()));
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_is_not_taken()
    {
        Assert.True(SendmailArguments.TryParse(["a@b.example"], out SendmailArguments? arguments, out _));

        Assert.False(
            await arguments.CopyAsync(
                new MemoryStream(new byte[101]),
                new MemoryStream(),
                100,
                TestContext.Current.CancellationToken
            )
        );
    }
}
