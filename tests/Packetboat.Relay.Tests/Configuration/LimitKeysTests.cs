using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>The section <c>[Limits]</c> of <c>packetboat.ini</c>.</summary>
public sealed class LimitKeysTests
{
    [Fact]
    public void Everything_is_limited_from_the_first_minute()
    {
        AccountLimits limits = Read("").Settings!.Packetboat.Limits;

        Assert.All(LimitWords.All, limit => Assert.True(limits[limit].Value > 0, limit.ToString()));
        Assert.Equal(
            [AccountLimit.SpamComplaintsPerDay],
            LimitWords.All.Where(limit => limits[limit].Action == LimitAction.Suspend)
        );
        Assert.Equal(
            (200, 1000, 200, 10 * 1024 * 1024, 20),
            (
                (int)limits[AccountLimit.MessagesPerHour].Value,
                (int)limits[AccountLimit.QueuedMessages].Value,
                (int)limits[AccountLimit.FirstTimeRecipientsPerDay].Value,
                (int)limits[AccountLimit.BytesPerMessage].Value,
                limits.HardBounceSample
            )
        );
    }

    [Fact]
    public void Each_has_a_value_and_an_action()
    {
        ConfigurationResult read = Read(
            "MessagesPerHour = 7\nmessagesperhouraction = DELAY\nBytesPerMessage = 3K\nBytesPerMessageAction = hold\nQueuedMessages = 0\n"
        );

        AccountLimits limits = read.Settings!.Packetboat.Limits;
        Assert.Equal(new LimitRule(7, LimitAction.Delay), limits[AccountLimit.MessagesPerHour]);
        Assert.Equal(new LimitRule(3072, LimitAction.Hold), limits[AccountLimit.BytesPerMessage]);
        Assert.Equal(0, limits[AccountLimit.QueuedMessages].Value);
        Assert.Empty(read.Problems);
        Assert.Equal("delay", read.Values.Single(value => value.Key == "MessagesPerHourAction").Value);
    }

    [Theory]
    [InlineData(
        "MessagesPerHourAction = suspnd",
        "MessagesPerHourAction",
        "not one of refuse, delay, hold, suspend",
        "write MessagesPerHourAction=suspend"
    )]
    [InlineData(
        "BytesPerMessageAction = delay",
        "BytesPerMessageAction",
        "not one of refuse, hold",
        "write BytesPerMessageAction=refuse"
    )]
    [InlineData(
        "HardBouncePercentPerDay = 101",
        "HardBouncePercentPerDay",
        "out of range (0-100)",
        "write HardBouncePercentPerDay=20"
    )]
    [InlineData(
        "RecipientsPerMessageAction = hold",
        "RecipientsPerMessageAction",
        "no such key",
        "did you mean RecipientsPerDayAction?"
    )]
    public void What_cannot_be_is_refused_with_its_line(string line, string key, string reason, string remedy)
    {
        ConfigurationResult read = Read(line + "\n");

        Assert.Null(read.Settings);
        Problem problem = Assert.Single(read.Problems);
        Assert.Equal(
            (Severity.Error, 2, key, reason, remedy),
            (problem.Severity, problem.Line, problem.Key, problem.Reason, problem.Remedy)
        );
        Assert.EndsWith("packetboat.ini", problem.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MessagesPerDay = 0\nMessagesPerDayAction = hold", "it has no effect, because MessagesPerDay is 0")]
    [InlineData(
        "RecipientsPerMessage = 300",
        "a message may have more recipients than FirstTimeRecipientsPerDay (200) ever lets through"
    )]
    public void What_does_not_fit_together_is_doubted(string lines, string reason)
    {
        ConfigurationResult read = Read(lines + "\n");

        Assert.NotNull(read.Settings);
        Assert.Equal((Severity.Warning, reason), (Assert.Single(read.Problems).Severity, read.Problems[0].Reason));
    }

    private static ConfigurationResult Read(string lines) => ConfigurationFolder.ReadFile("[Mail]\n", "[Limits]\n" + lines);
}
