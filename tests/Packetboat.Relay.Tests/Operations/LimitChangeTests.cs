using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Tests.Operations;

/// <summary>Changes to an account's limits, as an operator writes them.</summary>
public sealed class LimitChangeTests
{
    private readonly Dictionary<AccountLimit, OwnLimit> _own = [];

    [Fact]
    public void Values_and_actions_are_set_and_taken_back_one_by_one()
    {
        Apply("MessagesPerDay=500", "messagesperdayaction=HOLD", "BytesPerMessage=5M", "QueuedMessages=0");
        Assert.Equal(new OwnLimit(AccountLimit.MessagesPerDay, 500, LimitAction.Hold), _own[AccountLimit.MessagesPerDay]);
        Assert.Equal(5 * 1024 * 1024, _own[AccountLimit.BytesPerMessage].Value);
        Assert.Equal(0, _own[AccountLimit.QueuedMessages].Value);

        Apply("MessagesPerDay=default");
        Assert.Equal(new OwnLimit(AccountLimit.MessagesPerDay, null, LimitAction.Hold), _own[AccountLimit.MessagesPerDay]);
        Apply("MessagesPerDayAction=Default");
        Assert.Equal(new OwnLimit(AccountLimit.MessagesPerDay, null, null), _own[AccountLimit.MessagesPerDay]);
    }

    [Theory]
    [InlineData("MesagesPerDay=5", "'MesagesPerDay=5': there is no such limit. Did you mean MessagesPerDay?")]
    [InlineData(
        "MessagesPerDay",
        "'MessagesPerDay': it is no number from 0, for no limit, to 2147483647. Write MessagesPerDay=500, or 0 for no limit."
    )]
    [InlineData(
        "MessagesPerDay=-1",
        "'MessagesPerDay=-1': it is no number from 0, for no limit, to 2147483647. Write MessagesPerDay=500, or 0 for no limit."
    )]
    [InlineData(
        "HardBouncePercentPerDay=101",
        "'HardBouncePercentPerDay=101': it is no number from 0, for no limit, to 100. Write HardBouncePercentPerDay=10, or 0 for no limit."
    )]
    [InlineData("BytesPerMessage=big", "'BytesPerMessage=big': it is no size. Write BytesPerMessage=5M, or 0 for no limit.")]
    [InlineData(
        "BytesPerMessageAction=delay",
        "'BytesPerMessageAction=delay': what is done beyond BytesPerMessage is one of refuse, hold. Write BytesPerMessageAction=hold."
    )]
    public void What_cannot_be_is_refused_with_the_remedy(string change, string refusal)
    {
        Assert.False(LimitChange.TryApply(change, _own, out Refusal? why));

        Assert.Equal(refusal, why.ToString());
        Assert.Empty(_own);
    }

    private void Apply(params string[] changes) =>
        Assert.All(changes, change => Assert.True(LimitChange.TryApply(change, _own, out _), change));
}
