namespace Packetboat.Tests.Commands;

/// <summary>A command line that is wrong is answered with what is wrong, and nothing around it.</summary>
[Collection(nameof(OneConsole))]
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("stats", "packetboat: 'stats': there is no such verb. Did you mean status?", "packetboat")]
    [InlineData("account suspnd X", "packetboat: 'suspnd': there is no such verb. Did you mean suspend?", "packetboat account")]
    [InlineData(
        "account suspend X --reson y",
        "packetboat: '--reson': account suspend has no such option. Did you mean --reason?",
        "packetboat account suspend"
    )]
    [InlineData(
        "account suspend X --queued burn",
        "packetboat: 'burn': --queued takes hold, drop, bounce or send.",
        "packetboat account suspend"
    )]
    [InlineData("account list X", "packetboat: 'X': account list takes no such word.", "packetboat account list")]
    [InlineData("trace X Y", "packetboat: 'Y': trace takes no more word.", "packetboat trace")]
    [InlineData("trace --limit 0", "packetboat: '0': --limit takes a whole number from 1 on.", "packetboat trace")]
    [InlineData(
        "trace --limit 99999999999",
        "packetboat: '99999999999': --limit takes a whole number from 1 on.",
        "packetboat trace"
    )]
    [InlineData("check spf --ip 192.0.2.1", "packetboat: Option '--from' is required.", "packetboat check spf")]
    [InlineData("\u001b[31m", "packetboat: '?[31m': there is no such verb.", "packetboat")]
    public async Task The_word_that_does_not_fit_is_named_with_the_one_that_was_meant(string line, string said, string verb)
    {
        CommandRun run = await CommandRun.OfAsync(line.Split(' '));

        Assert.Equal(64, run.Status);
        Assert.Equal($"{said}\nSee: {verb} --help\n", run.Error);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("account suspend X --queued DROP --answer Refuse --ctrl /nowhere")]
    [InlineData("trace --limit 5 --ctrl /nowhere")]
    public async Task Case_does_not_matter_and_what_fits_is_taken(string line) =>
        Assert.NotEqual(64, (await CommandRun.OfAsync(line.Split(' '))).Status);

    [Fact]
    public async Task A_line_that_ends_too_early_shows_what_may_follow()
    {
        CommandRun run = await CommandRun.OfAsync("account");

        Assert.Equal(64, run.Status);
        Assert.Contains("suspend <id>", run.Out, StringComparison.Ordinal);
    }
}
