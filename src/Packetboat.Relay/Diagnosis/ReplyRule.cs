namespace Packetboat.Relay.Diagnosis;

/// <summary>One entry of the table: what a reply must have to fit, and what it then means. What is null may be anything.</summary>
/// <param name="Name">Of its section; what is stored with an event.</param>
/// <param name="FromPeer">Whether a peer says so; false: we do, of ourselves.</param>
/// <param name="Provider">Only from servers of this one.</param>
/// <param name="Codes">Basic codes.</param>
/// <param name="Enhanced">Enhanced codes.</param>
/// <param name="Text">Words of the text.</param>
/// <param name="Class">What it means.</param>
/// <param name="Explanation">For the operator.</param>
/// <param name="Remedy">For the operator; may be empty.</param>
/// <param name="Source">An URL; may be empty.</param>
internal sealed record ReplyRule(
    string Name,
    bool FromPeer,
    MailProvider? Provider,
    CodePattern? Codes,
    CodePattern? Enhanced,
    TextPattern? Text,
    FailureClass Class,
    string Explanation,
    string Remedy,
    string Source
)
{
    /// <summary>If rate-limited, it is about all that the provider gets, and not about one recipient, message or connection.</summary>
    public bool IsOfPace { get; init; } = true;

    /// <param name="outcome">The outcome.</param>
    /// <param name="words">Its text as <see cref="ReplyText"/> gives it.</param>
    /// <param name="provider">Whose server it was; null when we do not know it.</param>
    public bool Fits(RemoteOutcome outcome, ReadOnlySpan<char> words, MailProvider? provider) =>
        outcome.FromPeer == FromPeer
        && (Provider is null || Provider.Id == provider?.Id)
        && (Codes is null || Codes.FitsBasic(outcome.Reply.Code))
        && (Enhanced is null || Enhanced.FitsEnhanced(outcome.Reply.Enhanced))
        && (Text is null || Text.Fits(words));

    public Cause Cause(MailProvider? provider) =>
        new(Class, Name, provider?.Name ?? "", Explanation, Remedy, Source) { IsOfPace = IsOfPace };
}
