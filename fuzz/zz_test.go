package fuzz_test
import ("testing";"brigade/core/rt";"brigade/sim";"brigade/fuzz/scenario";"brigade/invariants";"fmt")
func TestDump(t *testing.T){
 r:=judged(t,"steady",nil,sim.Options{Seed:1,Record:true})
 for _,e:=range r.Events { if e.Step>200&&e.Step<300 && (e.Op==rt.OpProbe||e.Op>=rt.OpListen) { k:=""; if e.Op==rt.OpProbe {k=rt.Kind(e.Object).String()}; fmt.Println(e.Step,e.Time,r.TaskPaths[max(e.Task,0)],e.Op,k,int32(e.A),e.A>>32,int64(e.B),e.C)}}
}
func TestOne(t *testing.T){
 s,_:=scenario.Find("crowd"); e:=new(scenario.Env); main:=s.Prepare(e)
 r:=sim.Run(sim.Options{Seed:576,World:e.World,Observers:invariants.Server(0)},main)
 fmt.Println(r.Verdict)
 for _,e:=range r.Events { if e.Step>1000 && (e.Op==rt.OpProbe||e.Op>=rt.OpListen && e.A>>32==0) { k:=""; if e.Op==rt.OpProbe {k=rt.Kind(e.Object).String()}; fmt.Println(e.Step,e.Time,r.TaskPaths[max(e.Task,0)],e.Op,k,int32(e.A),e.A>>32,int64(e.B),e.C)}}
}
