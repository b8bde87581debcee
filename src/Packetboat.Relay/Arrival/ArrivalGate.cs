using System.Collections.Concurrent;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Arrival;

/// <summary>Stands between the last octet of an account's message and its acceptance: nothing is promised that receivers will refuse.</summary>
public sealed class ArrivalGate(
    ArrivalCheck check,
    IArrivalStore store,
    SenderRewriter rewriter,
    ArrivalNotices notices,
    Func<ArrivalSettings> settings
)
{
    /// <summary>Problems that one reply tells of.</summary>
    private const int MaxProblems = 3;

    private readonly ConcurrentDictionary<QwkId, ArrivalPolicy?> _own = new();

    /// <summary>Of an account, whether it has one of its own or that of all.</summary>
    public ArrivalPolicy PolicyOf(QwkId id) => OwnPolicyOf(id) ?? settings().Policy;

    public ArrivalPolicy? OwnPolicyOf(QwkId id) => _own.GetOrAdd(id, store.ReadPolicy);

    /// <inheritdoc cref="IArrivalStore.SetPolicyAsync"/>
    public async Task<bool> SetPolicyAsync(QwkId id, ArrivalPolicy? policy, CancellationToken ct)
    {
        if (!await store.SetPolicyAsync(id, policy, ct))
            return false;
        _own[id] = policy;
        return true;
    }

    /// <summary>What an account's message goes by; null: nothing is looked at.</summary>
    public DkimMessage? Begin() => settings().Patience > TimeSpan.Zero ? new DkimMessage() : null;

    /// <param name="account">That sends it.</param>
    /// <param name="sender">Of the envelope; null: the null sender.</param>
    /// <param name="message">From <see cref="Begin"/>, with all octets.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<ArrivalVerdict> JudgeAsync(
        QwkId account,
        MailAddress? sender,
        DkimMessage message,
        CancellationToken ct
    )
    {
        message.Complete();
        ArrivalPolicy policy = PolicyOf(account);
        ArrivalFinding found = await check.CheckAsync(sender, message, ct);
        MailAddress? leavesAs = sender;
        string asIs = "";
        if (policy is ArrivalPolicy.Rewrite && found.IsSpfMissing && sender is not null)
        {
            if (rewriter.Forward(sender) is { } ours)
                (leavesAs, found) = (ours, await check.CheckAsync(ours, message, ct));
            else
                asIs = $"; {rewriter.WhyNot(sender)}";
        }

        // A report that is refused is lost: nobody would learn why his mail was not taken.
        return policy is ArrivalPolicy.Enforce && sender is not null && found.Problems.Count > 0
            ? new ArrivalVerdict(sender, Refusal(found), "", found)
            : new ArrivalVerdict(leavesAs, [], found.Summary + asIs, found);
    }

    /// <summary>It was accepted: the node is told, unless it was today.</summary>
    public void Accepted(QwkId account, MailAddress? sender, string id, ArrivalFinding found)
    {
        if (found.Problems.Count > 0 && sender is not null)
            notices.Tell(account, sender, id, found.Problems);
    }

    private List<string> Refusal(ArrivalFinding found)
    {
        var lines = new List<string>();
        foreach (ArrivalProblem problem in found.Problems.Take(MaxProblems))
        {
            lines.Add($"{problem.Reason}.");
            lines.Add($"{problem.Remedy}");
        }

        lines.Add($"Receivers would refuse this message, so it was not taken. Questions: postmaster@{settings().HostName}");
        return lines;
    }
}
