namespace Packetboat.Relay.Diagnosis;

/// <summary>Why a delivery failed, in words for the operator. What the sender reads is in the reports' own texts.</summary>
/// <param name="Class">What kind of failure.</param>
/// <param name="Rule">The name of the entry that knew; empty when none did.</param>
/// <param name="Provider">Whose server it was, such as <c>Gmail</c>; empty when we do not know it.</param>
/// <param name="Explanation">What it means, a sentence or two.</param>
/// <param name="Remedy">What the operator can do; empty when there is nothing to do.</param>
/// <param name="Source">Where this can be read up, an URL; may be empty.</param>
public sealed record Cause(FailureClass Class, string Rule, string Provider, string Explanation, string Remedy, string Source)
{
    /// <summary>Nothing has failed, or nothing was said about it.</summary>
    public static Cause None { get; } = new(FailureClass.Unknown, "", "", "", "", "");

    /// <summary>A provider that limits us so is to get less of everything.</summary>
    internal bool IsOfPace { get; init; } = true;

    public bool IsKnown => Class != FailureClass.Unknown;

    /// <summary>One line: <c>no-ptr: Gmail takes no mail from ... Remedy: ...</c>. Empty when nothing is known.</summary>
    public override string ToString() =>
        (IsKnown, Remedy.Length) switch
        {
            (false, _) => "",
            (_, 0) => $"{Class.Word()}: {Explanation}",
            _ => $"{Class.Word()}: {Explanation} Remedy: {Remedy}",
        };
}
