using Packetboat.Protocol;

namespace Packetboat.Relay.Doctor;

/// <summary>One thing that is looked at. All of them run at the same time, and share what they find out in <see cref="Facts"/>.</summary>
internal abstract class Check
{
    private const int MaxWords = 600;

    /// <summary>Such as <c>port-25-ipv4</c>.</summary>
    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>Without answers from the DNS it can say nothing.</summary>
    public virtual bool NeedsDns => false;

    /// <summary>Without settings there is nothing to look at.</summary>
    public virtual bool NeedsSettings => false;

    public abstract Task<Finding> ExamineAsync(Facts facts, CancellationToken ct);

    public Finding NotChecked(string because) => New(CheckVerdict.NotChecked, because, "", "");

    /// <param name="words">What was seen.</param>
    /// <param name="voluntary">Records that may be published besides.</param>
    protected Finding Ok(string words, params IReadOnlyList<DnsRecord> voluntary) =>
        New(CheckVerdict.Ok, words, "", "", voluntary);

    protected Finding Warning(string words, string cause, string remedy, params IReadOnlyList<DnsRecord> publish) =>
        New(CheckVerdict.Warning, words, cause, remedy, publish);

    protected Finding Failure(string words, string cause, string remedy, params IReadOnlyList<DnsRecord> publish) =>
        New(CheckVerdict.Failure, words, cause, remedy, publish);

    /// <summary>What strangers said is in the words: a report is printed, stored and sent on.</summary>
    private Finding New(
        CheckVerdict verdict,
        string words,
        string cause,
        string remedy,
        params IReadOnlyList<DnsRecord> publish
    ) =>
        new(
            Name,
            Title,
            verdict,
            PrintableText.Of(words, MaxWords),
            PrintableText.Of(cause, MaxWords),
            PrintableText.Of(remedy, MaxWords),
            publish
        );
}
