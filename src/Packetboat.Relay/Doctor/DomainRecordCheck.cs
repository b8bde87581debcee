namespace Packetboat.Relay.Doctor;

/// <summary>A check of what our domain has published: there must be a domain, and answers.</summary>
internal abstract class DomainRecordCheck : Check
{
    public sealed override bool NeedsDns => true;

    public sealed override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if (facts.Subject.Domain is not { } domain)
            return NotChecked("the domain is not known");
        return await DomainCheck.IsMissingAsync(facts, ct)
            ? NotChecked($"there is no domain {domain}")
            : await ExamineAsync(facts, domain, ct);
    }

    protected abstract Task<Finding> ExamineAsync(Facts facts, string domain, CancellationToken ct);
}
