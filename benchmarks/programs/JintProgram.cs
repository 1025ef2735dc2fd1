using System; using Jint;
class P { static int Main() {
 var e = new Engine(o=>o.LimitRecursion(500));
 e.SetValue("log", new Action<object>(o=>Console.WriteLine(o)));
 e.Execute(@"
 function fib(n){return n<2?n:fib(n-1)+fib(n-2);} log(fib(18));
 class A { constructor(x){this.x=x;} get y(){return this.x*2;} static s(){return 's';} toString(){return `A(${this.x})`;} } class B extends A { constructor(){super(5);} y2(){return super.y+1;} }
 log(String(new B())); log(new B().y2()); log(A.s());
 let m=new Map(); for(let i=0;i<100;i++) m.set('k'+i,i*i); let t=0; for (const [k,v] of m) t+=v; log(t);
 log([5,3,9,1].sort((a,b)=>a-b).map(x=>x*2).filter(x=>x>4).reduce((a,b)=>a+b,0));
 log(JSON.stringify({a:[1,2,{b:null}],c:'x\ny',d:1.5})); log(JSON.parse('{""q"":[1,2,3]}').q.length);
 log('The quick brown fox'.replace(/(\w+) (\w+)/g,'$2 $1').split(' ').join('|'));
 function* g(){ let i=0; while(i<5) yield i++; } log([...g()].join(','));
 try { null.foo } catch(ex) { log(ex instanceof TypeError); } finally { log('fin'); }
 let s=new Set([1,2,2,3]); log(s.size); log(parseInt('ff',16)+0.1); log((1234.5678).toFixed(2)); log([1,[2,[3,[4]]]].flat(Infinity).toString());
 const {a,...r}={a:1,b:2,c:3}; log(Object.entries(r).toString()); label: for (let i=0;i<3;i++){ for(let j=0;j<3;j++){ if(j==1) continue label; if(i==2) break label; log(i+':'+j);} }
 let primes=[]; outer: for(let i=2;i<200;i++){ for(let p of primes) if(i%p==0) continue outer; primes.push(i);} log(primes.length+' '+primes[primes.length-1]);
 log(typeof Symbol.iterator, 1); log([...'héllo'].reverse().join('')); log(Number('0x1F')); log(0.1+0.2); log(2**53); log(-7%3); log(~5>>>1); log(new Date(0).toISOString());
 let o={}; for (let i=0;i<2000;i++) o['p'+(i%97)]=(o['p'+(i%97)]||0)+i; log(Object.keys(o).length+' '+o.p13);
 log(eval('1+2*3')); log((function(){return arguments.length;})(1,2,3)); log([3,1,2].toString()); log(encodeURIComponent('a b&c'));
 ");
 return 3; } }
