namespace Packetboat.Relay.Hub;

/// <summary>Why something was turned down, in three parts that every face shows alike: what was given, what is wrong, what to do.</summary>
public sealed record Refusal(string Value, string Reason, string Remedy)
{
    public override string ToString() => $"'{Value}': {Reason}. {Remedy}{(Remedy.EndsWith('?') ? "" : ".")}";
}
