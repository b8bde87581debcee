using System.Collections.Frozen;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Diagnosis;

/// <summary>
/// The one classifier: what a remote outcome means. The operator's entries come before the shipped ones, and the first that fits counts.
/// It decides nothing: whether a failure is permanent is said by the first digit of the code alone, RFC 5321 §4.2.1.
/// </summary>
public sealed class ReplyTable
{
    private readonly IReadOnlyList<MailProvider> _providers;
    private readonly IReadOnlyList<ReplyRule> _rules;
    private readonly FrozenDictionary<string, ReplyRule> _byName;

    internal ReplyTable(IReadOnlyList<MailProvider> providers, IReadOnlyList<ReplyRule> rules)
    {
        (_providers, _rules) = (providers, rules);
        UsualShape = providers.FirstOrDefault(provider => provider.Id == MailProvider.Others)?.Shape ?? ProviderShape.Usual;
        _byName = rules.ToFrozenDictionary(rule => rule.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>As it ships, without an operator's entries.</summary>
    public static ReplyTable Shipped => ShippedReplies.Table;

    internal IReadOnlyList<MailProvider> Providers => _providers;

    /// <summary>What a server gets of which the table says nothing.</summary>
    internal ProviderShape UsualShape { get; }

    /// <summary>What is sent to a provider of which the table does not say how much it takes of an unknown address.</summary>
    internal WarmUpPlan UsualWarmUp => UsualShape.WarmUp ?? WarmUpPlan.None;

    internal IReadOnlyList<ReplyRule> Rules => _rules;

    /// <summary>Never fails: an outcome that no entry fits has the class unknown, and what can be said about its provider.</summary>
    public Cause Classify(RemoteOutcome outcome)
    {
        MailProvider? provider = ProviderOf(outcome.Host);
        ReadOnlySpan<char> words = ReplyText.Of(outcome.Reply.Text);
        foreach (ReplyRule rule in _rules)
            if (rule.Fits(outcome, words, provider))
                return rule.Cause(provider);
        return Cause.None with { Provider = provider?.Name ?? "" };
    }

    /// <summary>What was stored with an event, in the words of today's table.</summary>
    /// <param name="kind">The class. It stays what it was, whatever has become of the entry.</param>
    /// <param name="rule">The name of the entry.</param>
    /// <param name="host">Whom we spoke to.</param>
    public Cause Recall(FailureClass kind, string rule, string host)
    {
        MailProvider? provider = ProviderOf(host);
        return _byName.GetValueOrDefault(rule) is { } known && known.Class == kind
            ? known.Cause(provider)
            : new Cause(kind, rule, provider?.Name ?? "", "", "", "");
    }

    /// <summary>Whether an entry is about what we say where no peer has spoken.</summary>
    public bool IsOwn(string rule) => _byName.GetValueOrDefault(rule) is { FromPeer: false };

    /// <param name="host"><c>mx.example</c> or <c>mx.example [192.0.2.1]:25</c>.</param>
    internal MailProvider? ProviderOf(string host)
    {
        int end = host.IndexOf(' ', StringComparison.Ordinal);
        string name = (end < 0 ? host : host[..end]).TrimEnd('.');
        return _providers.FirstOrDefault(provider => provider.Runs(name));
    }
}
