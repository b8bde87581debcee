namespace Packetboat.Relay.Hub;

/// <summary>What is left of a limit.</summary>
public readonly record struct LimitLeft(AccountLimit Limit, long Left, long Most)
{
    public override string ToString() => Limit.DescribeLeft(Left, Most);
}
