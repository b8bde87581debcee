namespace Packetboat.Relay.Hub;

/// <summary>A limit's value, 0 for none, and what is done beyond it.</summary>
public readonly record struct LimitRule(long Value, LimitAction Action)
{
    internal bool Stops => Action is LimitAction.Refuse or LimitAction.Suspend;

    internal int Gravity =>
        Action switch
        {
            LimitAction.Suspend => 3,
            LimitAction.Refuse => 2,
            LimitAction.Hold => 1,
            _ => 0,
        };
}
